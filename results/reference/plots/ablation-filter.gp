# Filtered guest faults (emulated machine)
# Makes ablation-filter.svg and ablation-filter.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,891 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,1782 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "ablation-filter.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold Filtered guest faults}" at screen 0.012, screen 0.9798 left
set label "{/*0.86 emulated machine}" at screen 0.012, screen 0.9551 left
set label "spt.filter=off" at screen 0.024, screen 0.9304 left noenhanced font ",12" point pt 6 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set label "spt.filter=on" at screen 0.224, screen 0.9304 left noenhanced font ",12" point pt 7 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set multiplot
set yrange [-24.75:0]
set lmargin at screen 0.370
set tmargin at screen 0.8608
set bmargin at screen 0.0831
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("demand-paging: demand" -1.90, "churn" -2.90, "mprotect: warm-up" -3.90, "pte-edit: warm-up" -4.90, "switch: first-round" -5.90, "fork" -6.90, "fork: child-write" -7.90, "fork: parent-write" -8.90, "mixed: start" -9.90, "mixed: protect" -10.90, "mixed: copy" -11.90, "mixed: scan" -12.90, "mixed: unmap" -13.90, "demand-paging: demand" -16.05, "churn" -17.05, "mprotect: warm-up" -18.05, "pte-edit: warm-up" -19.05, "switch: first-round" -20.05, "fork: exit" -21.05, "mixed: start" -22.05, "mixed: scan" -23.05, "mixed: unmap" -24.05)
set label "{/:Bold Strategy unsync}" at screen 0.012, first -0.90 left front
set label "{/:Bold Strategy trap}" at screen 0.012, first -15.05 left front
set rmargin at screen 0.545
set logscale x 10
set xrange [70:2.5e+05]
set xtics ("100" 100, "10k" 10000) font ",11"
set label "instructions\nper operation" at screen 0.370, graph 1 offset 0,1.4 left font ",12"
plot "ablation-filter.tsv" using (column("cost low")):(column("y")):(column("cost span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-filter.tsv" using (column("cost spt spt.filter=on")):(column("y")+-0.27) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-filter.tsv" using (column("cost spt spt.filter=off")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset label
set yrange [-24.75:0]
set lmargin at screen 0.575
set tmargin at screen 0.8608
set bmargin at screen 0.0831
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("demand-paging: demand" -1.90, "churn" -2.90, "mprotect: warm-up" -3.90, "pte-edit: warm-up" -4.90, "switch: first-round" -5.90, "fork" -6.90, "fork: child-write" -7.90, "fork: parent-write" -8.90, "mixed: start" -9.90, "mixed: protect" -10.90, "mixed: copy" -11.90, "mixed: scan" -12.90, "mixed: unmap" -13.90, "demand-paging: demand" -16.05, "churn" -17.05, "mprotect: warm-up" -18.05, "pte-edit: warm-up" -19.05, "switch: first-round" -20.05, "fork: exit" -21.05, "mixed: start" -22.05, "mixed: scan" -23.05, "mixed: unmap" -24.05)
unset ytics
set rmargin at screen 0.750
unset logscale x
set xrange [-0.575:11.5]
set xtics 0,5 font ",11"
set label "exits\nper operation" at screen 0.575, graph 1 offset 0,1.4 left font ",12"
plot "ablation-filter.tsv" using (column("exits low")):(column("y")):(column("exits span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-filter.tsv" using (column("exits spt spt.filter=on")):(column("y")+-0.27) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-filter.tsv" using (column("exits spt spt.filter=off")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset label
set yrange [-24.75:0]
set lmargin at screen 0.780
set tmargin at screen 0.8608
set bmargin at screen 0.0831
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("demand-paging: demand" -1.90, "churn" -2.90, "mprotect: warm-up" -3.90, "pte-edit: warm-up" -4.90, "switch: first-round" -5.90, "fork" -6.90, "fork: child-write" -7.90, "fork: parent-write" -8.90, "mixed: start" -9.90, "mixed: protect" -10.90, "mixed: copy" -11.90, "mixed: scan" -12.90, "mixed: unmap" -13.90, "demand-paging: demand" -16.05, "churn" -17.05, "mprotect: warm-up" -18.05, "pte-edit: warm-up" -19.05, "switch: first-round" -20.05, "fork: exit" -21.05, "mixed: start" -22.05, "mixed: scan" -23.05, "mixed: unmap" -24.05)
unset ytics
set rmargin at screen 0.955
unset logscale x
set xrange [-0.115:2.3]
set xtics 0,1 font ",11"
set label "flushes\nper operation" at screen 0.780, graph 1 offset 0,1.4 left font ",12"
plot "ablation-filter.tsv" using (column("executed low")):(column("y")):(column("executed span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-filter.tsv" using (column("executed spt spt.filter=on")):(column("y")+-0.27) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-filter.tsv" using (column("executed spt spt.filter=off")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset multiplot
unset output
}
