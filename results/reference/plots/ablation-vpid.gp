# VPID (emulated machine)
# Makes ablation-vpid.svg and ablation-vpid.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,527 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,1054 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "ablation-vpid.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold VPID}" at screen 0.012, screen 0.9658 left
set label "{/*0.86 emulated machine}" at screen 0.012, screen 0.9241 left
set label "vpid=on" at screen 0.024, screen 0.8824 left noenhanced font ",12" point pt 6 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set label "vpid=off" at screen 0.149, screen 0.8824 left noenhanced font ",12" point pt 7 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set multiplot
set yrange [-11.75:0]
set lmargin at screen 0.370
set tmargin at screen 0.7647
set bmargin at screen 0.1404
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("hypercall: warm" -1.90, "dense-sequential: first-touch" -2.90, "hypercall: warm" -5.05, "dense-sequential: first-touch" -6.05, "demand-paging: demand" -7.05, "pte-edit: warm-up" -8.05, "pte-edit: edit" -9.05, "switch: first-round" -10.05, "switch" -11.05)
set label "{/:Bold EPT}" at screen 0.012, first -0.90 left front
set label "{/:Bold Shadow paging}" at screen 0.012, first -4.05 left front
set rmargin at screen 0.545
set logscale x 10
set xrange [70:2.5e+05]
set xtics ("100" 100, "10k" 10000) font ",11"
set label "instructions\nper operation" at screen 0.370, graph 1 offset 0,1.4 left font ",12"
plot "ablation-vpid.tsv" using (column("cost low")):(column("y")):(column("cost span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-vpid.tsv" using (column("cost ept vpid=off")):(column("y")+-0.27) with points pt 7 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-vpid.tsv" using (column("cost spt vpid=off")):(column("y")+-0.27) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-vpid.tsv" using (column("cost ept vpid=on")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-vpid.tsv" using (column("cost spt vpid=on")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset label
set yrange [-11.75:0]
set lmargin at screen 0.575
set tmargin at screen 0.7647
set bmargin at screen 0.1404
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("hypercall: warm" -1.90, "dense-sequential: first-touch" -2.90, "hypercall: warm" -5.05, "dense-sequential: first-touch" -6.05, "demand-paging: demand" -7.05, "pte-edit: warm-up" -8.05, "pte-edit: edit" -9.05, "switch: first-round" -10.05, "switch" -11.05)
unset ytics
set rmargin at screen 0.750
unset logscale x
set xrange [-0.575:11.5]
set xtics 0,5 font ",11"
set label "exits\nper operation" at screen 0.575, graph 1 offset 0,1.4 left font ",12"
plot "ablation-vpid.tsv" using (column("exits low")):(column("y")):(column("exits span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-vpid.tsv" using (column("exits ept vpid=off")):(column("y")+-0.27) with points pt 7 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-vpid.tsv" using (column("exits spt vpid=off")):(column("y")+-0.27) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-vpid.tsv" using (column("exits ept vpid=on")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-vpid.tsv" using (column("exits spt vpid=on")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset label
set yrange [-11.75:0]
set lmargin at screen 0.780
set tmargin at screen 0.7647
set bmargin at screen 0.1404
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("hypercall: warm" -1.90, "dense-sequential: first-touch" -2.90, "hypercall: warm" -5.05, "dense-sequential: first-touch" -6.05, "demand-paging: demand" -7.05, "pte-edit: warm-up" -8.05, "pte-edit: edit" -9.05, "switch: first-round" -10.05, "switch" -11.05)
unset ytics
set rmargin at screen 0.955
unset logscale x
set xrange [-0.575:11.5]
set xtics 0,5 font ",11"
set label "flushes\nper operation" at screen 0.780, graph 1 offset 0,1.4 left font ",12"
plot "ablation-vpid.tsv" using (column("executed low")):(column("y")):(column("executed span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-vpid.tsv" using (column("executed ept vpid=off")):(column("y")+-0.27) with points pt 7 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-vpid.tsv" using (column("executed spt vpid=off")):(column("y")+-0.27) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-vpid.tsv" using (column("executed ept vpid=on")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-vpid.tsv" using (column("executed spt vpid=on")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset multiplot
unset output
}
