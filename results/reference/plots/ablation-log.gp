# Dirty logging (emulated machine)
# Makes ablation-log.svg and ablation-log.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,661 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,1322 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "ablation-log.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold Dirty logging}" at screen 0.012, screen 0.9728 left
set label "{/*0.86 emulated machine}" at screen 0.012, screen 0.9395 left
set label "log=fault" at screen 0.024, screen 0.9062 left noenhanced font ",12" point pt 6 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set label "log=ad ept.ad=on" at screen 0.171, screen 0.9062 left noenhanced font ",12" point pt 7 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set label "log=pml ept.ad=on" at screen 0.392, screen 0.9062 left noenhanced font ",12" point pt 9 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set label "log=ad" at screen 0.024, screen 0.8759 left noenhanced font ",12" point pt 13 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set multiplot
set yrange [-13.05:0]
set lmargin at screen 0.370
set tmargin at screen 0.7821
set bmargin at screen 0.1120
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dirty-log: start" -1.90, "dirty-log: round" -2.90, "dirty-log: start" -5.05, "dirty-log: round" -6.05, "dirty-log: start" -8.20, "dirty-log: round" -9.20, "dirty-log: start" -11.35, "dirty-log: round" -12.35)
set label "{/:Bold EPT}" at screen 0.012, first -0.90 left front
set label "{/:Bold Shadow, strategy unsync}" at screen 0.012, first -4.05 left front
set label "{/:Bold Shadow, strategy vtlb}" at screen 0.012, first -7.20 left front
set label "{/:Bold Shadow, strategy trap}" at screen 0.012, first -10.35 left front
set rmargin at screen 0.545
set logscale x 10
set xrange [7:2.5e+05]
set xtics ("10" 10, "1k" 1000, "100k" 100000) font ",11"
set label "instructions\nper operation" at screen 0.370, graph 1 offset 0,1.4 left font ",12"
plot "ablation-log.tsv" using (column("cost low")):(column("y")):(column("cost span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-log.tsv" using (column("cost spt log=ad")):(column("y")+-0.27) with points pt 13 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-log.tsv" using (column("cost ept log=pml ept.ad=on")):(column("y")+-0.09) with points pt 9 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-log.tsv" using (column("cost ept log=ad ept.ad=on")):(column("y")+0.09) with points pt 7 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-log.tsv" using (column("cost ept log=fault")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-log.tsv" using (column("cost spt log=fault")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset label
set yrange [-13.05:0]
set lmargin at screen 0.575
set tmargin at screen 0.7821
set bmargin at screen 0.1120
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dirty-log: start" -1.90, "dirty-log: round" -2.90, "dirty-log: start" -5.05, "dirty-log: round" -6.05, "dirty-log: start" -8.20, "dirty-log: round" -9.20, "dirty-log: start" -11.35, "dirty-log: round" -12.35)
unset ytics
set rmargin at screen 0.750
unset logscale x
set xrange [-0.1725:3.45]
set xtics 0,1 font ",11"
set label "exits\nper operation" at screen 0.575, graph 1 offset 0,1.4 left font ",12"
plot "ablation-log.tsv" using (column("exits low")):(column("y")):(column("exits span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-log.tsv" using (column("exits spt log=ad")):(column("y")+-0.27) with points pt 13 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-log.tsv" using (column("exits ept log=pml ept.ad=on")):(column("y")+-0.09) with points pt 9 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-log.tsv" using (column("exits ept log=ad ept.ad=on")):(column("y")+0.09) with points pt 7 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-log.tsv" using (column("exits ept log=fault")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-log.tsv" using (column("exits spt log=fault")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset label
set yrange [-13.05:0]
set lmargin at screen 0.780
set tmargin at screen 0.7821
set bmargin at screen 0.1120
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dirty-log: start" -1.90, "dirty-log: round" -2.90, "dirty-log: start" -5.05, "dirty-log: round" -6.05, "dirty-log: start" -8.20, "dirty-log: round" -9.20, "dirty-log: start" -11.35, "dirty-log: round" -12.35)
unset ytics
set rmargin at screen 0.955
unset logscale x
set xrange [-0.0575:1.15]
set xtics 0,0.5 font ",11"
set label "flushes\nper operation" at screen 0.780, graph 1 offset 0,1.4 left font ",12"
plot "ablation-log.tsv" using (column("executed low")):(column("y")):(column("executed span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-log.tsv" using (column("executed spt log=ad")):(column("y")+-0.27) with points pt 13 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-log.tsv" using (column("executed ept log=pml ept.ad=on")):(column("y")+-0.09) with points pt 9 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-log.tsv" using (column("executed ept log=ad ept.ad=on")):(column("y")+0.09) with points pt 7 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-log.tsv" using (column("executed ept log=fault")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-log.tsv" using (column("executed spt log=fault")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset multiplot
unset output
}
